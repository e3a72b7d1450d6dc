// amazon-sp-api through the sandbox as a proxy: the client has Amazon's hosts written in.
//
// Its option https_proxy_agent and Node's NODE_EXTRA_CA_CERTS lead it there. Prints as JSON the order ids of Orders v0,
// page by page, the text of a report in Japanese, and the outcome of a feed.
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
  const report = await client.downloadReport({
    body: {reportType: 'GET_MERCHANT_LISTINGS_ALL_DATA', marketplaceIds: [MARKET]},
    version: '2021-06-30',
    interval: 1
  });

  const contentType = 'application/json; charset=UTF-8';
  const target = await client.callAPI({
    operation: 'createFeedDocument', endpoint: 'feeds', version: '2021-06-30', body: {contentType}
  });
  const messages = [{messageId: 1, operationType: 'DELETE'}];
  const content = JSON.stringify({header: {sellerId: 'A1', version: '2.0'}, messages});
  await client.upload(target, {content, contentType});
  const created = await client.callAPI({
    operation: 'createFeed', endpoint: 'feeds', version: '2021-06-30',
    body: {feedType: 'JSON_LISTINGS_FEED', marketplaceIds: [MARKET], inputFeedDocumentId: target.feedDocumentId}
  });
  let feed = {};
  while (!feed.resultFeedDocumentId) {
    feed = await client.callAPI({operation: 'getFeed', endpoint: 'feeds', version: '2021-06-30', path: created});
  }
  const resultDocument = await client.callAPI({
    operation: 'getFeedDocument', endpoint: 'feeds', version: '2021-06-30',
    path: {feedDocumentId: feed.resultFeedDocumentId}
  });
  const result = JSON.parse(await client.download(resultDocument));

  process.stdout.write(JSON.stringify({
    pages, items: found.OrderItems.length, unknown_order: refused, report, feed: result.summary.messagesInvalid
  }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
