using System.Diagnostics;
using Headrace.Compatibility;

namespace Headrace.Schemas.Testing;

/// <summary>Avro's library for Java, the reference implementation, and another registry's code, out of the folder in HEADRACE_KAFKA_HOME.</summary>
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

    /// <summary>Whether another registry's code says that a new version is compatible.</summary>
    public bool IsCompatible(VerdictCase judged) => Answer(Job(judged)) == "COMPATIBLE";

    /// <summary>The same for many, in its own words.</summary>
    public IReadOnlyList<string> Verdicts(IReadOnlyList<VerdictCase> judged) => AskAll([.. judged.Select(Job)]);

    /// <summary>What another registry's code finds between .proto files and the next.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Findings(IReadOnlyList<(string Before, string After)> files) =>
        [.. AskAll([.. files.Select(pair => (string[])["findings", Word(pair.Before), Word(pair.After)])]).Select(Good).Select(answer => answer.Split(" | ", StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>The value of a record, read with the schema that a registry gives for its id: as Avro's JSON, and written again.</summary>
    public (string Json, string Bytes) Read(string registry, string bytes) => Answer(["read", registry, bytes]).Split('\t') is [var json, var again] ? (json, again) : throw new InvalidOperationException(LastAnswer);

    /// <summary>Registers a schema and gives the value of a record, out of Avro's JSON.</summary>
    public byte[] Write(string registry, string subject, string schema, string json) => Convert.FromHexString(Answer(["write", registry, subject, schema, json]));

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string[] Job(VerdictCase judged) => ["check", CompatibilityNames.Of(judged.Mode), judged.Kind, Word(judged.Next), .. judged.Earlier.Select(Word)];

    private string Answer(params string[] job) => Good(Ask(job));

    private static string Good(string answer) => answer.StartsWith("error ", StringComparison.Ordinal) ? throw new InvalidOperationException(answer) : answer;

    // All are asked before the first answer is waited for; beside the reading, since neither pipe holds everything.
    private List<string> AskAll(IReadOnlyList<string[]> jobs)
    {
        var asking = Task.Run(() =>
        {
            foreach (var job in jobs)
            {
                _process.StandardInput.WriteLine(string.Join('\t', job));
            }

            _process.StandardInput.Flush();
        });
        List<string> answers = [.. jobs.Select(_ => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Java ended."))];
        asking.GetAwaiter().GetResult();
        return answers;
    }

    private string Ask(params string[] job)
    {
        _process.StandardInput.WriteLine(string.Join('\t', job));
        _process.StandardInput.Flush();
        return LastAnswer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Java ended.");
    }

    // Lines of a file travel in one.
    private static string Word(string text) => text.Replace('\n', '\u0001');
}
