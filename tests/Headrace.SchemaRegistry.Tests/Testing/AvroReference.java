import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.stream.Collectors;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.apicurio.registry.content.*;
import io.apicurio.registry.rules.compatibility.*;
import io.apicurio.registry.rules.compatibility.protobuf.ProtobufCompatibilityCheckerLibrary;
import io.apicurio.registry.utils.protobuf.schema.ProtobufFile;
import org.apache.avro.*;
import org.apache.avro.generic.*;
import org.apache.avro.io.*;

/**
 * Answers lines of words between tabs.
 * writer, reader, hex: the value in the reader's schema, in hex
 * writer, reader: whether the reader can read all of the writer's
 * check, mode, kind, next, earlier …: the other registry's verdict
 * findings, before, after: what the other registry finds between two .proto files
 * read, registry's address, hex: the value of a record on Confluent's wire format, as Avro's JSON, and written again
 * write, registry's address, subject, schema, JSON: registers the schema and gives the record's value
 */
class AvroReference {
    private static final HttpClient http = HttpClient.newHttpClient();
    private static final ObjectMapper mapper = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        var out = new PrintStream(System.out, true, "UTF-8");
        out.println("ready");
        for (String line; (line = in.readLine()) != null; ) {
            out.println(answer(line.split("\t", -1)));
        }
    }

    private static String answer(String[] job) {
        try {
            return switch (job[0]) {
                case "check" -> verdict(job);
                case "findings" -> findings(text(job[1]), text(job[2]));
                case "read" -> read(job[1], HexFormat.of().parseHex(job[2]));
                case "write" -> write(job[1], job[2], job[3], job[4]);
                default -> resolve(job);
            };
        } catch (Throwable error) {
            return "error " + error.toString().replace("\n", " ");
        }
    }

    private static String resolve(String[] job) throws Exception {
        var writer = new Schema.Parser().parse(job[0]);
        var reader = new Schema.Parser().parse(job[1]);
        if (job.length == 2) {
            return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType().toString();
        }

        var decoder = DecoderFactory.get().binaryDecoder(HexFormat.of().parseHex(job[2]), null);
        var value = new GenericDatumReader<Object>(writer, reader).read(null, decoder);
        return decoder.isEnd() ? HexFormat.of().formatHex(encoded(reader, value)) : "error bytes are left";
    }

    private static String verdict(String[] job) {
        var earlier = Arrays.stream(job, 4, job.length).map(text -> content(job[2], text)).toList();
        var result = checker(job[2]).testCompatibility(CompatibilityLevel.valueOf(job[1]), earlier, content(job[2], job[3]), Map.of());
        return result.isCompatible() ? "COMPATIBLE" : "INCOMPATIBLE " + result.getIncompatibleDifferences().stream()
            .map(found -> found.asRuleViolation().getDescription() + " at " + found.asRuleViolation().getContext()).toList().toString().replace("\n", " ");
    }

    private static CompatibilityChecker checker(String kind) {
        return switch (kind) {
            case "AVRO" -> new AvroCompatibilityChecker();
            case "JSON" -> new JsonSchemaCompatibilityChecker();
            default -> new ProtobufCompatibilityChecker();
        };
    }

    private static TypedContent content(String kind, String text) {
        return TypedContent.create(ContentHandle.create(text(text)), kind.equals("PROTOBUF") ? "application/x-protobuf" : "application/json");
    }

    private static String findings(String before, String after) throws Exception {
        return new ProtobufCompatibilityCheckerLibrary(new ProtobufFile(before), new ProtobufFile(after)).findDifferences().stream()
            .map(found -> found.getMessage()).collect(Collectors.joining(" | "));
    }

    private static String read(String registry, byte[] value) throws Exception {
        var bytes = ByteBuffer.wrap(value);
        if (bytes.get() != 0) {
            return "error no magic byte";
        }

        var id = bytes.getInt();
        var schema = new Schema.Parser().parse(mapper.readTree(send(HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).GET())).get("schema").asText());
        var decoder = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null);
        var read = new GenericDatumReader<Object>(schema).read(null, decoder);
        var json = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().jsonEncoder(schema, json);
        new GenericDatumWriter<Object>(schema).write(read, encoder);
        encoder.flush();
        return json.toString("UTF-8").replace("\n", "") + "\t" + HexFormat.of().formatHex(onWire(id, encoded(schema, read)));
    }

    private static String write(String registry, String subject, String text, String json) throws Exception {
        var body = HttpRequest.BodyPublishers.ofString(mapper.writeValueAsString(Map.of("schema", text)));
        var request = HttpRequest.newBuilder(URI.create(registry + "/subjects/" + subject + "/versions")).header("Content-Type", "application/vnd.schemaregistry.v1+json").POST(body);
        var id = mapper.readTree(send(request)).get("id").asInt();
        var schema = new Schema.Parser().parse(text);
        var value = new GenericDatumReader<Object>(schema).read(null, DecoderFactory.get().jsonDecoder(schema, json));
        return HexFormat.of().formatHex(onWire(id, encoded(schema, value)));
    }

    private static String send(HttpRequest.Builder request) throws Exception {
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }

        return answer.body();
    }

    private static byte[] encoded(Schema schema, Object value) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new GenericDatumWriter<Object>(schema).write(value, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static byte[] onWire(int id, byte[] value) {
        return ByteBuffer.allocate(5 + value.length).put((byte) 0).putInt(id).put(value).array();
    }

    // Lines of a .proto file come in one.
    private static String text(String word) {
        return word.replace("\u0001", "\n");
    }
}
