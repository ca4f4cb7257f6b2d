// Image search with the Weaviate TypeScript client v2.

// START ImageFileSearch // START search with base64
import { readFile } from 'node:fs/promises';

// END ImageFileSearch // END search with base64
import weaviate from 'weaviate-ts-client';

const client = weaviate.client({ scheme: 'http', host: 'localhost:8080' });

// START ImageFileSearch
const encodedFile = await readFile('images/cat-crop.jpg', 'base64');

const responseByPath = await client.graphql
  .get()
  .withClassName('Photo')
  .withNearImage({ image: encodedFile })
  .withFields('title _additional { distance }')
  .withLimit(2)
  .do();

console.log(JSON.stringify(responseByPath, null, 2));
// END ImageFileSearch

// START search with base64
const image = await readFile('images/cat-crop.jpg');
const base64String = image.toString('base64');

const responseByBase64 = await client.graphql
  .get()
  .withClassName('Photo')
  .withNearImage({ image: base64String })
  .withFields('title _additional { distance }')
  .withLimit(2)
  .do();

console.log(JSON.stringify(responseByBase64, null, 2));
// END search with base64

/*
# START Expected printed results {of: [ImageFileSearch, search with base64]}
{
  "data": {
    "Get": {
      "Photo": [
        {
          "_additional": {
            "distance": 0.0613
          },
          "title": "Chelsea the cat"
        },
        {
          "_additional": {
            "distance": 0.5238
          },
          "title": "An astronaut"
        }
      ]
    }
  }
}
# END Expected printed results
*/
