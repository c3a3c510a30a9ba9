namespace Headrace.Broker.Tests.Testing;

/// <summary>A folder that goes with its test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("headrace-broker-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
