// Image search with the Weaviate TypeScript client v3.

// START search with base64
import { readFile } from 'node:fs/promises';

// END search with base64
import weaviate from 'weaviate-client';

const client = await weaviate.connectToLocal({ host: 'localhost', port: 8080, grpcPort: 50051 });

// START helper base64 functions
/** Download an image and return it as a base64 string. */
async function urlToBase64(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${url}: HTTP status ${response.status}`);
  }
  return Buffer.from(await response.arrayBuffer()).toString('base64');
}

// END helper base64 functions
// START ImageFileSearch // START search with base64 // START helper base64 functions
const photos = client.collections.use('Photo');

// END ImageFileSearch // END search with base64 // END helper base64 functions
// START ImageFileSearch
const responseByPath = await photos.query.nearImage('images/cat-crop.jpg', {
  limit: 2,
  returnProperties: ['title'],
  returnMetadata: ['distance'],
});

const resultsByPath = responseByPath.objects.map((photo) => ({
  title: photo.properties.title,
  distance: photo.metadata?.distance,
}));
console.log(JSON.stringify(resultsByPath, null, 2));
// END ImageFileSearch

// START search with base64
const image = await readFile('images/cat-crop.jpg');
const base64String = image.toString('base64');

const responseByBase64 = await photos.query.nearImage(base64String, {
  limit: 2,
  returnProperties: ['title'],
  returnMetadata: ['distance'],
});

const resultsByBase64 = responseByBase64.objects.map((photo) => ({
  title: photo.properties.title,
  distance: photo.metadata?.distance,
}));
console.log(JSON.stringify(resultsByBase64, null, 2));
// END search with base64

/*
# START Expected base64 results {of: search with base64, from: response, ignore: id}
{
  "data": {
    "Get": {
      "Photo": [
        {
          "title": "Chelsea the cat",
          "_additional": {
            "distance": 0.0613
          }
        },
        {
          "title": "An astronaut",
          "_additional": {
            "distance": 0.5238
          }
        }
      ]
    }
  }
}
# END Expected base64 results

# START Expected printed results {of: [ImageFileSearch, search with base64]}
[
  {
    "title": "Chelsea the cat",
    "distance": 0.0613
  },
  {
    "title": "An astronaut",
    "distance": 0.5238
  }
]
# END Expected printed results
*/

// START helper base64 functions
const onlineImage = await urlToBase64('https://gallery.example.org/photos/cat.jpg');

const responseByUrl = await photos.query.nearImage(onlineImage, {
  limit: 1,
  returnProperties: ['title'],
});

console.log(responseByUrl.objects[0].properties.title);
// END helper base64 functions

/*
# START Expected helper results
Chelsea the cat
# END Expected helper results
*/

await client.close();
