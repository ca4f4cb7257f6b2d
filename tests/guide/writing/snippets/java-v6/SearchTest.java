import org.junit.jupiter.api.Test;

class SearchTest {
  @Test
  void search() {
    // START search with base64
    System.out.println("A cat");
    // END search with base64
  }
}
