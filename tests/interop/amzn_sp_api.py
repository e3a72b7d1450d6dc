"""amzn-sp-api, Amazon's own client for Python, with the sandbox as its endpoint.

It follows no proxy and no certificates of the environment, and takes an endpoint instead. Prints the order ids of Orders
2026-01-01, page by page, as JSON.
"""

import json
import os
import sys

from spapi import SPAPIClient, SPAPIConfig
from spapi.api.orders_v2026_01_01.get_order_api import GetOrderApi
from spapi.api.orders_v2026_01_01.search_orders_api import SearchOrdersApi
from spapi.rest import ApiException

config = SPAPIConfig(
    client_id=os.environ["SPAPI_CLIENT_ID"],
    client_secret=os.environ["SPAPI_CLIENT_SECRET"],
    refresh_token=os.environ["SPAPI_REFRESH_TOKEN"],
)
url = os.environ["SPAPI_ENDPOINT"]
client = SPAPIClient(config, oauth_endpoint=url + "/auth/o2/token", endpoint=url)
search = SearchOrdersApi(client.api_client)

pages = []
token = {}
while True:
    answer = search.search_orders(
        created_after="2000-01-01T00:00:00Z", marketplace_ids=["A1VC38T7YXB528"], max_results_per_page=20, **token
    )
    pages.append([order.order_id for order in answer.orders])
    if answer.pagination is None or not answer.pagination.next_token:
        break
    token = {"pagination_token": answer.pagination.next_token}

order_api = GetOrderApi(client.api_client)
items = order_api.get_order(pages[0][0]).order.order_items
try:
    order_api.get_order("000-0000000-0000000")
    refused = ""
except ApiException as error:
    refused = str(error.status)
json.dump({"pages": pages, "items": len(items), "unknown_order": refused}, sys.stdout)
