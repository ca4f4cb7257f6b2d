// What the guide to expected output shows of Node.js, proven.

import weaviate from 'weaviate-client';

const client = await weaviate.connectToLocal({ host: 'localhost', port: 8080, grpcPort: 50051 });
const photos = client.collections.use('Photo');

// START inspected object
const response = await photos.query.fetchObjects({ limit: 1, returnProperties: ['title'] });

console.log(response.objects[0]);
// END inspected object

/*
# START Expected inspected object results
{
  uuid: '...',
  properties: { title: '...' },
  ...
}
# END Expected inspected object results
*/

await client.close();
