using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Headrace.Schemas.Testing;

/// <summary>Protobuf's own compiler, which also turns messages to text and back.</summary>
internal static class Protoc
{
    private static readonly string Package = typeof(Protoc).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "Protoc").Value!;

    /// <summary>The folder of this project's .proto files.</summary>
    public static string Protos => Path.Combine(AppContext.BaseDirectory, "Protos");

    /// <summary>What it answers; an exception has what it complains about.</summary>
    public static byte[] Run(byte[] input, params string[] arguments)
    {
        var platform = $"{(OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macosx" : "linux")}_{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        var name = OperatingSystem.IsMacOS() ? "macosx_universal" : platform;
        var start = new ProcessStartInfo(Path.Combine(Package, "tools", name, OperatingSystem.IsWindows() ? "protoc.exe" : "protoc"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[$"-I{Path.Combine(Package, "build", "native", "include")}", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var complaint = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"protoc ended with {process.ExitCode}: {complaint.Result}");
    }

    /// <summary>The descriptors of files in a folder, those first that others import.</summary>
    public static Google.Protobuf.Reflection.FileDescriptorSet Compile(string folder, params string[] files)
    {
        var output = Path.Combine(folder, "descriptors");
        Run([], [$"-I{folder}", "--include_imports", $"--descriptor_set_out={output}", .. files.Select(file => Path.Combine(folder, file))]);
        return Google.Protobuf.Reflection.FileDescriptorSet.Parser.ParseFrom(File.ReadAllBytes(output));
    }
}
