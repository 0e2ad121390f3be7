"""What does not fit on a page: with text of twice the size on a screen of 320 pixels, and on paper."""

from playwright.sync_api import Page

from tests.look import NARROW

#: The width of A4 within its margins, in pixels of CSS.
PAPER = {"width": 673, "height": 900}
#: What stands in turn in each place where `marked.py` has a mark.
LONGEST = {
    "one word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3,
    "a long name": "Maria Wilhelmina Johanna van der Hoeven-’t Hooft tot Zuylensteijn",
    "from right to left": "عبد الرحمن بن عبد العزيز بن محمد الأنصاري المراكشي",
}
LETTERS = 200

_FAULTS = """([longest, letters, size]) => {
    const MARK = /Q[a-z0-9]+Z/g, root = document.documentElement, found = new Set(), texts = [];
    // What scrolls by itself, what is for ears alone, and what is there when it has focus.
    const LEFT_OUT = '[tabindex="0"], .ds-sr-only, .ds-skip-link', OWN = 'input, select, textarea, option';
    document.querySelectorAll('details').forEach(part => { part.open = true; });
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
        if (walker.currentNode.data.search(MARK) >= 0) texts.push([walker.currentNode, walker.currentNode.data]);
    root.style.fontSize = size;
    for (const [name, text] of Object.entries(longest)) {
        for (const [node, was] of texts) node.data = was.replace(MARK, text.slice(0, letters));
        const wide = root.clientWidth;
        if (root.scrollWidth > wide) found.add(`${name}: the page is ${root.scrollWidth} wide instead of ${wide}`);
        for (const part of document.body.querySelectorAll('*')) {
            const style = getComputedStyle(part), box = part.getBoundingClientRect();
            if (!box.width || style.clipPath !== 'none' || part.closest(LEFT_OUT)) continue;
            const [x, y] = [style.overflowX, style.overflowY].map(one => /hidden|clip/.test(one));
            const cut = x && part.scrollWidth > part.clientWidth + 1 || y && part.scrollHeight > part.clientHeight + 1;
            const what = `${part.tagName} ${part.className} ${part.textContent.trim().slice(0, 60)}`;
            if (box.right > wide + 1 || box.left < -1) found.add(`${name}: beyond the edge: ${what}`);
            if (cut && !part.matches(OWN)) found.add(`${name}: cut off: ${what}`);
        }
    }
    for (const [node, was] of texts) node.data = was;
    root.style.fontSize = '';
    return [...found];
}"""


def what_does_not_fit(tab: Page) -> list[str]:
    """At 320 pixels with text of twice the size, and printed; with each of the longest texts."""
    tab.set_viewport_size(NARROW)  # type: ignore[arg-type]
    found = [f"twice the size, {fault}" for fault in tab.evaluate(_FAULTS, [LONGEST, LETTERS, "200%"])]
    tab.set_viewport_size(PAPER)  # type: ignore[arg-type]
    tab.emulate_media(media="print")
    found += [f"printed, {fault}" for fault in tab.evaluate(_FAULTS, [LONGEST, LETTERS, ""])]
    tab.emulate_media(media="screen")
    return found
