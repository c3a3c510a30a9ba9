using System.Diagnostics;
using System.Text;

namespace Headrace.Schemas.Testing;

/// <summary>Object container files (https://avro.apache.org/docs/1.12.0/specification/#object-container-files), through which the tools of Avro's C library take and give values.</summary>
internal static class AvroFile
{
    private static readonly byte[] Mark = [0x4F, 0x62, 0x6A, 0x01];
    private static readonly byte[] Sync = [.. Enumerable.Range(1, 16).Select(number => (byte)number)];

    /// <summary>Skips the test, with a line that says what is missing, where the tools are not installed.</summary>
    public static void SkipWithoutTools()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("avrocat") { ArgumentList = { "/dev/null" }, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("avrocat and avromod are not installed, so nothing was compared with Avro's C library (apt-get install avro-bin).");
        }
    }

    public static byte[] Write(string schema, IReadOnlyList<string> values)
    {
        var block = Convert.FromHexString(string.Concat(values));
        return [.. Mark, .. Long(1), .. Text("avro.schema"), .. Text(schema), 0, .. Sync, .. Long(values.Count), .. Long(block.Length), .. block, .. Sync];
    }

    /// <summary>The values of a file, one after the other, in hex.</summary>
    public static string Read(byte[] file)
    {
        Assert.Equal(Mark, file[..4]);
        var (at, values) = (4, new StringBuilder());
        for (var count = TakeLong(file, ref at); count != 0; count = TakeLong(file, ref at))
        {
            for (; count > 0; count--)
            {
                Skip(file, ref at);
                Skip(file, ref at);
            }
        }

        for (at += Sync.Length; at < file.Length; at += Sync.Length)
        {
            TakeLong(file, ref at);
            var size = (int)TakeLong(file, ref at);
            values.Append(Convert.ToHexStringLower(file.AsSpan(at, size)));
            at += size;
        }

        return values.ToString();
    }

    /// <summary>What a tool prints; an exception has what it complains about.</summary>
    public static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var complaint = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{tool} ended with {process.ExitCode}: {complaint.Result}");
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text) is var bytes ? [.. Long(bytes.Length), .. bytes] : [];

    private static byte[] Long(long value)
    {
        var (rest, bytes) = ((ulong)((value << 1) ^ (value >> 63)), new List<byte>());
        for (; rest > 0x7F; rest >>= 7)
        {
            bytes.Add((byte)(rest | 0x80));
        }

        return [.. bytes, (byte)rest];
    }

    private static void Skip(byte[] file, ref int at)
    {
        var size = (int)TakeLong(file, ref at);
        at += size;
    }

    private static long TakeLong(byte[] file, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = file[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
    }
}
