"""Speaks to `spapi mcp` as a host does, and prints what came of it as a line of JSON.

usage: client.py PROGRAM [OPTION...]
"""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

PATCH = {
    "operation": "listings-items patchListingsItem",
    "parameters": {"sku": "SENCHA-100"},
    "body": {
        "productType": "TEA",
        "patches": [
            {
                "op": "replace",
                "path": "/attributes/purchasable_offer",
                "value": [
                    {
                        "marketplace_id": "A1VC38T7YXB528",
                        "currency": "JPY",
                        "our_price": [{"schedule": [{"value_with_tax": 1180}]}],
                    }
                ],
            }
        ],
    },
}


def member(result, *names):
    """A member of a result, whose name depends on the version of the SDK."""
    return next(getattr(result, name) for name in names if hasattr(result, name))


async def main(program, options):
    server = StdioServerParameters(command=program, args=options, env=dict(os.environ))
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        greeting = await session.initialize()
        tools = (await session.list_tools()).tools

        async def call(name, arguments):
            result = await session.call_tool(name, arguments)
            value = member(result, "structured_content", "structuredContent")
            assert json.loads(result.content[0].text) == value, "the text says the same"
            return value, bool(member(result, "is_error", "isError"))

        found, _ = await call("find_operations", {"words": "order metrics"})
        orders, _ = await call(
            "call_operation", {"operation": "orders searchOrders", "parameters": {"createdAfter": "30d"}}
        )
        report, _ = await call("get_report", {"type": "GET_MERCHANT_LISTINGS_ALL_DATA", "count": 3})
        checked, _ = await call("validate_listing", {"product_type": "LUGGAGE", "attributes": {}})
        refused, is_refused = await call("preview_write", {**PATCH, "operation": "listings-items deleteListingsItem"})
        preview, _ = await call("preview_write", PATCH)
        confirmation = {"confirmation": preview["data"]["confirmation"]}
        sent, _ = await call("send_write", confirmation)
        _, is_twice_refused = await call("send_write", confirmation)
        # Several at a time, whose answers come in any order.
        many = await asyncio.gather(*[call("describe_operation", {"operation": tool}) for tool in NAMES])
        unknown = None
        try:
            result = await session.call_tool("delete_everything", {})
            unknown = "is_error" if member(result, "is_error", "isError") else "no error"
        except Exception as error:  # noqa: BLE001
            unknown = str(error)
        print(
            json.dumps(
                {
                    "instructions": greeting.instructions,
                    "tools": [tool.name for tool in tools],
                    "operation": found["data"]["operations"][0]["operation"],
                    "orders": len(orders["data"]["orders"]),
                    "notice": orders["notice"],
                    "rows": len(report["data"]["rows"]),
                    "valid": checked["data"]["valid"],
                    "refused": refused["error"]["message"] if is_refused else None,
                    "method": preview["data"]["request"]["method"],
                    "status": sent["data"]["answer"]["status"],
                    "twice": is_twice_refused,
                    "described": [value["data"]["operation"] for value, _ in many],
                    "unknown": unknown,
                }
            )
        )


NAMES = ["orders getOrder", "sales getOrderMetrics", "reports createReport", "feeds getFeed"]

asyncio.run(main(sys.argv[1], sys.argv[2:]))
