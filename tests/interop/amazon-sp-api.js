// amazon-sp-api through the sandbox as a proxy: the hosts are Amazon's, as they are written into the client.
//
// Its option https_proxy_agent and Node's NODE_EXTRA_CA_CERTS lead it there. Prints the order ids of Orders v0, page by
// page, as JSON.
'use strict';

const {SellingPartner} = require('amazon-sp-api');
const {HttpsProxyAgent} = require('https-proxy-agent');

const MARKET = 'A1VC38T7YXB528';

async function main() {
  const client = new SellingPartner({
    region: 'fe',
    refresh_token: process.env.SPAPI_REFRESH_TOKEN,
    credentials: {
      SELLING_PARTNER_APP_CLIENT_ID: process.env.SPAPI_CLIENT_ID,
      SELLING_PARTNER_APP_CLIENT_SECRET: process.env.SPAPI_CLIENT_SECRET
    },
    options: {https_proxy_agent: new HttpsProxyAgent(process.env.HTTPS_PROXY)}
  });
  const pages = [];
  let query = {MarketplaceIds: [MARKET], MaxResultsPerPage: 20, CreatedAfter: '2000-01-01T00:00:00Z'};
  for (;;) {
    const answer = await client.callAPI({operation: 'getOrders', endpoint: 'orders', query});
    pages.push(answer.Orders.map((order) => order.AmazonOrderId));
    if (!answer.NextToken) break;
    query = {MarketplaceIds: [MARKET], MaxResultsPerPage: 20, NextToken: answer.NextToken};
  }
  const found = await client.callAPI({operation: 'getOrderItems', endpoint: 'orders', path: {orderId: pages[0][0]}});
  let refused = '';
  try {
    await client.callAPI({operation: 'getOrder', endpoint: 'orders', path: {orderId: '000-0000000-0000000'}});
  } catch (error) {
    refused = error.code;
  }
  process.stdout.write(JSON.stringify({pages, items: found.OrderItems.length, unknown_order: refused}));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
