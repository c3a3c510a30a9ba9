using System.Diagnostics;

namespace Headrace.Schemas.Testing;

/// <summary>Avro's library for Java, the reference implementation, out of the folder in HEADRACE_KAFKA_HOME.</summary>
internal sealed class JavaAvro : IDisposable
{
    private readonly Process _process;

    private JavaAvro(Process process) => _process = process;

    /// <summary>Starts it, or skips the test with a line that says what is missing.</summary>
    public static JavaAvro Start()
    {
        var libraries = Path.Combine(Environment.GetEnvironmentVariable("HEADRACE_KAFKA_HOME") ?? "", "registry", "lib");
        Assert.SkipUnless(Directory.Exists(libraries), "Nothing was compared with Avro's Java library: there is no registry/lib in the folder that HEADRACE_KAFKA_HOME names.");

        var program = Path.Combine(AppContext.BaseDirectory, "Testing", "AvroReference.java");
        var start = new ProcessStartInfo("java") { ArgumentList = { "-cp", Path.Combine(libraries, "*"), program }, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        return new(process);
    }

    /// <summary>What it answered last, an error included.</summary>
    public string LastAnswer { get; private set; } = "";

    /// <summary>Reads bytes of one schema into another and writes the value with that; <see langword="null"/> when it cannot.</summary>
    public string? Translate(string writer, string reader, string bytes) => Ask(writer, reader, bytes) is var answer && answer.StartsWith("error ", StringComparison.Ordinal) ? null : answer;

    /// <summary>Whether the reader can read everything that the writer writes.</summary>
    public bool CanRead(string writer, string reader) => Ask(writer, reader) == "COMPATIBLE";

    /// <summary>What another registry's code says of a new version in a mode.</summary>
    public bool Verdict(string mode, string kind, string next, IReadOnlyList<string> earlier) => Ask(["check", mode, kind, next, .. earlier]) == "COMPATIBLE";

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string Ask(params string[] job)
    {
        _process.StandardInput.WriteLine(string.Join('\t', job));
        _process.StandardInput.Flush();
        return LastAnswer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Java ended.");
    }
}
