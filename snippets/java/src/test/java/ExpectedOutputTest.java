import io.weaviate.client.Config;
import io.weaviate.client.WeaviateClient;
import io.weaviate.client.base.Result;
import io.weaviate.client.v1.graphql.model.GraphQLResponse;
import io.weaviate.client.v1.graphql.query.fields.Field;
import org.junit.jupiter.api.Test;

/** What the guide to expected output shows of Java, proven. */
class ExpectedOutputTest {

  private final WeaviateClient client = new WeaviateClient(new Config("http", "localhost:8080"));

  @Test
  void printedMap() {
    // START printed map
    Field count = Field.builder().name("count").build();
    Field meta = Field.builder().name("meta").fields(count).build();

    Result<GraphQLResponse> response = client.graphQL().aggregate()
        .withClassName("Photo")
        .withFields(meta)
        .run();

    System.out.println(response.getResult().getData());
    // END printed map
  }

  /*
  # START Expected printed map results
  {Aggregate={Photo=[{meta={count=9}}]}}
  # END Expected printed map results
  */
}
