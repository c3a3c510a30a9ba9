using System.Diagnostics;
using System.Globalization;

namespace Headrace.Schemas.Testing;

/// <summary>Kafka's own console consumer, which prints values as its class <c>Bytes</c> does: what is printable as it is, everything else as \x and two digits.</summary>
internal static class ConsoleConsumer
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>The first values of a topic; skips the test where the tool is missing.</summary>
    public static async Task<List<byte[]>> ReadAsync(string kafka, string topic, int count)
    {
        var tool = Path.Combine(Environment.GetEnvironmentVariable("HEADRACE_KAFKA_HOME") ?? "", "bin", "kafka-tool");
        Assert.SkipUnless(File.Exists(tool), "Nothing was read with Kafka's console consumer: there is no bin/kafka-tool in the folder that HEADRACE_KAFKA_HOME names.");
        string[] arguments =
        [
            "console-consumer", "--bootstrap-server", kafka, "--topic", topic, "--from-beginning", "--max-messages", $"{count}",
            "--formatter-property", "value.deserializer=org.apache.kafka.common.serialization.BytesDeserializer",
        ];
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var complaint = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline, TimeProvider.System, TestContext.Current.CancellationToken);
            var values = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Unescape).ToList();
            Assert.True(values.Count == count, $"{output}\n{await complaint}");
            return values;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static byte[] Unescape(string line)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < line.Length; at++)
        {
            var isEscaped = line[at] == '\\';
            bytes.Add(isEscaped ? byte.Parse(line.AsSpan(at + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : (byte)line[at]);
            at += isEscaped ? 3 : 0;
        }

        return [.. bytes];
    }
}
