"""What Chromium tells assistive tools."""

from typing import Any

from playwright.sync_api import Page

Facts = dict[str, Any]


def accessibility_tree(page: Page) -> dict[str, list[Facts]]:
    """Return the page's accessibility tree as facts by role: name, node and properties.

    What a property points to is the list of those nodes.
    """
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_role: dict[str, list[Facts]] = {}
    for node in nodes:
        if not node["ignored"]:
            by_role.setdefault(node["role"]["value"], []).append(_facts(node))
    return by_role


def _facts(node: Facts) -> Facts:
    name = node.get("name", {}).get("value", "").strip()  # the design system pads hidden labels
    facts = {"name": name, "node": node.get("backendDOMNodeId")}
    for each in node.get("properties", []):
        value = each["value"]
        related = [other["backendDOMNodeId"] for other in value.get("relatedNodes", [])]
        facts[each["name"]] = related or value.get("value")
    return facts
