using Headrace.Storefront.Tests.Testing;

namespace Headrace.Storefront.Tests;

public sealed class CommandTests
{
    [Theory]
    [InlineData("'nope' is no role", "--role", "shop,nope")]
    [InlineData("--kafka is 'somewhere'", "--kafka", "somewhere")]
    [InlineData("Leave one of them out", "--kafka", "127.0.0.1:1", "--role", "broker,shop")]
    [InlineData("--traffic is 0", "--traffic", "0")]
    [InlineData("Add 'shop' to --role", "--role", "billing", "--traffic", "5")]
    [InlineData("there is no such file", "--replay", "/no/such/file.jsonl")]
    [InlineData("Add --replay FILE", "--exit")]
    [InlineData("--broker-port is 70000", "--broker-port", "70000")]
    [InlineData("Add --format avro or protobuf", "--registry", "http://127.0.0.1:1")]
    [InlineData("--unknown", "--unknown")]
    public async Task A_fault_on_the_command_line_is_named_and_nothing_is_started(string said, params string[] args)
    {
        var (exitCode, output) = await ShopProcess.RunAsync(args);

        Assert.Equal(2, exitCode);
        Assert.Contains(said, output, StringComparison.Ordinal);
        Assert.Contains("Nothing was started", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_part_that_can_run()
    {
        var (exitCode, output) = await ShopProcess.RunAsync("--help");

        Assert.Equal(0, exitCode);
        Assert.Contains("shop, billing, notifications, analytics, broker", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_what_to_do()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = $"{((System.Net.IPEndPoint)taken.LocalEndpoint).Port}";

        var http = await ShopProcess.RunAsync("--kafka", "127.0.0.1:1", "--role", "shop", "--port", port);
        var broker = await ShopProcess.RunAsync("--role", "broker", "--port", "0", "--broker-port", port);

        Assert.Equal(2, http.ExitCode);
        Assert.Contains($"Port {port} is taken", http.Output, StringComparison.Ordinal);
        Assert.Contains("--port", http.Output, StringComparison.Ordinal);
        Assert.Equal(2, broker.ExitCode);
        Assert.Contains($"Port {port} is taken", broker.Output, StringComparison.Ordinal);
        Assert.Contains("--broker-port", broker.Output, StringComparison.Ordinal);
    }
}
