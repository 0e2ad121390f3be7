"""Finding a coordinator: who was asked, who accepted, their declaration of independence, the family's yes."""
