import static org.junit.jupiter.api.Assertions.assertEquals;

import io.weaviate.client6.v1.api.WeaviateClient;
import io.weaviate.client6.v1.api.collections.WeaviateObject;
import io.weaviate.client6.v1.api.collections.query.Metadata;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Image search with the Weaviate Java client v6. */
class SearchImageTest {

  private final WeaviateClient client = WeaviateClient.connectToLocal(
      config -> config.host("localhost").port(8080).grpcPort(50051));

  @Test
  void searchByPath() throws IOException {
    // START ImageFileSearch
    byte[] image = Files.readAllBytes(Path.of("images/cat-crop.jpg"));

    var photos = client.collections.use("Photo");

    var response = photos.query.nearImage(
        Base64.getEncoder().encodeToString(image),
        query -> query
            .limit(2)
            .returnProperties("title")
            .returnMetadata(Metadata.DISTANCE));

    for (var photo : response.objects()) {
      System.out.println(photo.properties().get("title") + ": " + photo.queryMetadata().distance());
    }
    // END ImageFileSearch

    checkSimilarPhotos(response.objects());
  }

  @Test
  void searchByBase64() throws IOException {
    // START search with base64
    byte[] image = Files.readAllBytes(Path.of("images/cat-crop.jpg"));
    String base64String = Base64.getEncoder().encodeToString(image);

    var photos = client.collections.use("Photo");

    var response = photos.query.nearImage(
        base64String,
        query -> query
            .limit(2)
            .returnProperties("title")
            .returnMetadata(Metadata.DISTANCE));

    for (var photo : response.objects()) {
      System.out.println(photo.properties().get("title") + ": " + photo.queryMetadata().distance());
    }
    // END search with base64

    checkSimilarPhotos(response.objects());
  }

  @Test
  void searchByUrl() throws IOException, InterruptedException {
    // START helper base64 functions
    URI url = URI.create("https://gallery.example.org/photos/cat.jpg");
    HttpResponse<byte[]> download = HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofByteArray());
    if (download.statusCode() < 200 || download.statusCode() > 299) {
      throw new IOException(url + ": HTTP status " + download.statusCode());
    }
    String base64String = Base64.getEncoder().encodeToString(download.body());

    var photos = client.collections.use("Photo");

    var response = photos.query.nearImage(
        base64String,
        query -> query.limit(1).returnProperties("title"));

    System.out.println(response.objects().get(0).properties().get("title"));
    // END helper base64 functions

    assertEquals(List.of("Chelsea the cat"), titles(response.objects()));
  }

  @AfterEach
  void close() throws Exception {
    client.close();
  }

  private static List<Object> titles(List<WeaviateObject<Map<String, Object>>> photos) {
    return photos.stream().map(photo -> photo.properties().get("title")).toList();
  }

  /** Wants the two photos that the page shows, whichever way the query image was given. */
  private static void checkSimilarPhotos(List<WeaviateObject<Map<String, Object>>> photos) {
    assertEquals(List.of("Chelsea the cat", "An astronaut"), titles(photos));
    assertEquals(0.0613, photos.get(0).queryMetadata().distance(), 0.00005);
  }
}
