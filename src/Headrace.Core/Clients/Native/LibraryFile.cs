using System.Reflection;
using System.Runtime.InteropServices;

namespace Headrace.Clients.Native;

/// <summary>
/// Picks the file of the native client that the package librdkafka.redist brings: it holds one per operating system, and on Linux further ones for
/// musl (Alpine) and for older glibc.
/// </summary>
internal static class LibraryFile
{
    private static readonly string[] OnGlibc = [Librdkafka.Library, "centos8-librdkafka", "alpine-librdkafka"];
    private static readonly string[] OnMusl = ["alpine-librdkafka", Librdkafka.Library];

    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(LibraryFile).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Librdkafka.Library)
        {
            return 0;
        }

        var candidates = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? OnMusl : OnGlibc;
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var library))
            {
                return library;
            }
        }

        throw new DllNotFoundException(
            $"The native Kafka client was not found: none of {string.Join(", ", candidates)} could be loaded for {RuntimeInformation.RuntimeIdentifier} from " +
            $"{AppContext.BaseDirectory} or its runtimes folder. It comes with the package librdkafka.redist, which Confluent.Kafka references: publish the " +
            "application for this runtime identifier, and do not exclude native assets.");
    }
}
