using System.Diagnostics;
using System.Text.Json;

namespace Headrace.Schemas.Testing;

/// <summary>The Avro library for Python, as the other side of what we write and read. Debian has it as python3-avro.</summary>
internal sealed class PythonAvro : IDisposable
{
    private const string Script = """
        import io, json, sys
        import avro.schema, avro.io
        print("ready", flush=True)
        for line in sys.stdin:
            job = json.loads(line)
            try:
                writer, reader = avro.schema.parse(job["writer"]), avro.schema.parse(job["reader"])
                bytes_in = io.BytesIO(bytes.fromhex(job["bytes"]))
                value = avro.io.DatumReader(writer, reader).read(avro.io.BinaryDecoder(bytes_in))
                if bytes_in.read(1):
                    raise ValueError("bytes are left")
                out = io.BytesIO()
                avro.io.DatumWriter(reader).write(value, avro.io.BinaryEncoder(out))
                print(out.getvalue().hex(), flush=True)
            except Exception as error:
                print("error " + type(error).__name__ + " " + str(error).replace("\n", " "), flush=True)
        """;

    private readonly Process _process;

    private PythonAvro(Process process) => _process = process;

    /// <summary>Starts it, or skips the test with a line that says what is missing.</summary>
    public static PythonAvro Start()
    {
        foreach (var python in (string[])["python3", "/usr/bin/python3"])
        {
            if (TryStart(python) is { } process)
            {
                return new(process);
            }
        }

        Assert.Skip("python3-avro is not installed, so nothing was compared with Avro's Python library (apt-get install python3-avro).");
        return null!;
    }

    /// <summary>Reads bytes of one schema into another and writes the value with that; <see langword="null"/> when it cannot.</summary>
    public string? Translate(string writer, string reader, string bytes)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string> { ["writer"] = writer, ["reader"] = reader, ["bytes"] = bytes }));
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Python ended.");
        LastError = answer.StartsWith("error ", StringComparison.Ordinal) ? answer : null;
        return LastError is null ? answer : null;
    }

    public string? LastError { get; private set; }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Process? TryStart(string python)
    {
        try
        {
            var process = Process.Start(new ProcessStartInfo(python) { ArgumentList = { "-c", Script }, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            if (process.StandardOutput.ReadLine() == "ready")
            {
                process.ErrorDataReceived += static (_, _) => { };
                process.BeginErrorReadLine();
                return process;
            }

            process.WaitForExit();
            process.Dispose();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
