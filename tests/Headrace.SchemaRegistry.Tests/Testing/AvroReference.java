import java.io.*;
import java.util.*;
import io.apicurio.registry.content.*;
import io.apicurio.registry.rules.compatibility.*;
import org.apache.avro.*;
import org.apache.avro.generic.*;
import org.apache.avro.io.*;

/** Answers a line of "writer TAB reader TAB hex" with the value in the reader's schema, "writer TAB reader" with whether the reader can read all of the writer's, and "check TAB mode TAB kind TAB next TAB earlier …" with the other registry's verdict. */
class AvroReference {
    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        var out = new PrintStream(System.out, true, "UTF-8");
        out.println("ready");
        for (String line; (line = in.readLine()) != null; ) {
            out.println(answer(line.split("\t", -1)));
        }
    }

    private static String verdict(String[] job) {
        var checker = job[2].equals("AVRO") ? new AvroCompatibilityChecker() : new JsonSchemaCompatibilityChecker();
        var earlier = Arrays.stream(job, 4, job.length).map(AvroReference::content).toList();
        var result = checker.testCompatibility(CompatibilityLevel.valueOf(job[1]), earlier, content(job[3]), Map.of());
        return result.isCompatible() ? "COMPATIBLE" : "INCOMPATIBLE " + result.getIncompatibleDifferences().stream().map(found -> found.asRuleViolation().getDescription()).toList().toString().replace("\n", " ");
    }

    private static TypedContent content(String text) {
        return TypedContent.create(ContentHandle.create(text), "application/json");
    }

    private static String answer(String[] job) {
        try {
            if (job[0].equals("check")) {
                return verdict(job);
            }

            var writer = new Schema.Parser().parse(job[0]);
            var reader = new Schema.Parser().parse(job[1]);
            if (job.length == 2) {
                return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType().toString();
            }

            var decoder = DecoderFactory.get().binaryDecoder(HexFormat.of().parseHex(job[2]), null);
            var value = new GenericDatumReader<Object>(writer, reader).read(null, decoder);
            var bytes = new ByteArrayOutputStream();
            var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            new GenericDatumWriter<Object>(reader).write(value, encoder);
            encoder.flush();
            return decoder.isEnd() ? HexFormat.of().formatHex(bytes.toByteArray()) : "error bytes are left";
        } catch (Throwable error) {
            return "error " + error.toString().replace("\n", " ");
        }
    }
}
