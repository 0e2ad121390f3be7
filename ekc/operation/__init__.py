"""What whoever runs the service needs: backup, restore, doctor, health, figures, and the audit in readable lines."""
