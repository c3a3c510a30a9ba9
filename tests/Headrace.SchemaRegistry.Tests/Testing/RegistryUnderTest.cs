namespace Headrace.Schemas.Testing;

/// <summary>The schema registry that a test runs on: one for development of its own, or the one in HEADRACE_TEST_REGISTRY (an address).</summary>
internal sealed class RegistryUnderTest : IAsyncDisposable
{
    private readonly DevSchemaRegistry? _own;

    private RegistryUnderTest(string url, DevSchemaRegistry? own) => (Url, _own) = (url, own);

    public string Url { get; }

    /// <summary>Whether it is not ours.</summary>
    public static bool IsForeign => Environment.GetEnvironmentVariable("HEADRACE_TEST_REGISTRY") is { Length: > 0 };

    public static async Task<RegistryUnderTest> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("HEADRACE_TEST_REGISTRY") is { Length: > 0 } url)
        {
            return new(url, null);
        }

        var own = await DevSchemaRegistry.StartAsync(cancellation: TestContext.Current.CancellationToken);
        return new(own.Url, own);
    }

    public SchemaRegistryClient Client() => new(new() { Url = Url, Timeout = TimeSpan.FromSeconds(30) });

    /// <summary>A subject that no other test has, on a registry that outlives the test too.</summary>
    public static string Subject() => $"orders-{Guid.NewGuid():N}-value";

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}
