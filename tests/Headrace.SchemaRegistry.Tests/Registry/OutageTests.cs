using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Headrace.Schemas.Registry;

/// <summary>The client when a registry is away, slow, broken, or wants to know who asks.</summary>
public sealed class OutageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_id_that_many_ask_for_is_asked_for_once()
    {
        var asked = 0;
        var open = new TaskCompletionSource();
        await using var server = await ServeAsync(async context =>
        {
            Interlocked.Increment(ref asked);
            await open.Task;
            await context.Response.WriteAsync("""{"schema":"\"int\""}""");
        });
        using var client = Client(server);
        var asking = Enumerable.Range(0, 50).Select(_ => client.GetAsync(7, Cancellation)).ToList();
        open.SetResult();
        await Task.WhenAll(asking);
        await client.GetAsync(7, Cancellation);
        Assert.Equal(1, asked);
        Assert.NotNull(client.Find(7));
    }

    [Fact]
    public async Task What_is_known_works_while_the_registry_is_away_and_what_failed_is_asked_again()
    {
        var status = 500;
        await using var server = await ServeAsync(async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(status == 200 ? """{"schema":"\"int\"","id":7}""" : "{}");
        });
        using var client = Client(server);
        var broken = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.GetAsync(7, Cancellation));
        Assert.True(broken.IsAway);
        Assert.Null(client.Find(7));
        status = 200;
        Assert.Equal("\"int\"", (await client.GetAsync(7, Cancellation)).Schema.Text);
        await server.StopAsync(Cancellation);
        Assert.Equal("\"int\"", (await client.GetAsync(7, Cancellation)).Schema.Text);
        Assert.True((await Assert.ThrowsAsync<SchemaRegistryException>(() => client.GetAsync(8, Cancellation))).IsAway);
    }

    [Fact]
    public async Task The_next_address_answers_when_one_does_not()
    {
        await using var registry = await DevSchemaRegistry.StartAsync(cancellation: Cancellation);
        using var client = new SchemaRegistryClient(new() { Url = $"http://127.0.0.1:9, {registry.Url}", Retries = 0 });
        Assert.Empty(await client.GetSubjectsAsync(Cancellation));
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_in_time_is_away()
    {
        var never = new TaskCompletionSource();
        await using var server = await ServeAsync(_ => never.Task);
        using var client = Client(server, options => options.Timeout = TimeSpan.FromMilliseconds(50));
        var late = await Assert.ThrowsAsync<SchemaRegistryException>(() => client.GetAsync(7, Cancellation));
        Assert.Contains("did not answer within 0.1 s (SchemaRegistry:Timeout)", late.Message, StringComparison.Ordinal);
        Assert.True(late.IsAway);
        never.SetResult();
    }

    [Theory]
    [InlineData("basic", "Basic dXNlcjpzZWNyZXQ=")]
    [InlineData("token", "Bearer t0")]
    [InlineData("source", "Bearer fresh")]
    public async Task A_request_says_who_asks(string way, string header)
    {
        await using var server = await ServeAsync(context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == header ? 200 : 401;
            return context.Response.WriteAsync("[]");
        });
        using var client = Client(server, options =>
        {
            (options.UserName, options.Password) = way == "basic" ? ("user", "secret") : (null, null);
            options.Token = way == "token" ? "t0" : null;
            options.TokenSource = way == "source" ? _ => new("fresh") : null;
        });
        Assert.Empty(await client.GetSubjectsAsync(Cancellation));
        using var nobody = Client(server);
        var refused = await Assert.ThrowsAsync<SchemaRegistryException>(() => nobody.GetSubjectsAsync(Cancellation));
        Assert.Contains("Check SchemaRegistry:UserName", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsAway);
    }

    [Fact]
    public async Task What_is_no_registry_is_said_so()
    {
        await using var server = await ServeAsync(context => context.Response.WriteAsync("<html>"));
        using var client = Client(server);
        Assert.Contains("is no schema registry", (await Assert.ThrowsAsync<SchemaRegistryException>(() => client.GetSubjectsAsync(Cancellation))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SchemaRegistryClient(new() { Url = "localhost:8081" }));
        Assert.Throws<ArgumentException>(() => new SchemaRegistryClient(new()));
    }

    [Fact]
    public async Task A_registry_for_development_keeps_its_folder()
    {
        var folder = Directory.CreateTempSubdirectory("headrace-registry").FullName;
        try
        {
            int id;
            await using (var first = await DevSchemaRegistry.StartAsync(new() { Folder = folder }, Cancellation))
            {
                using var client = new SchemaRegistryClient(new() { Url = first.Url });
                id = await client.RegisterAsync("a", new("\"int\""), Cancellation);
                await client.SetCompatibilityAsync(SchemaCompatibility.FullTransitive, "a", Cancellation);
            }

            await File.AppendAllTextAsync(Path.Combine(folder, "schemas.jsonl"), "{\"Stored\":{\"Subj", Encoding.UTF8, Cancellation);
            await using var second = await DevSchemaRegistry.StartAsync(new() { Folder = folder }, Cancellation);
            using var again = new SchemaRegistryClient(new() { Url = second.Url });
            Assert.Equal(id, (await again.GetAsync("a", cancellation: Cancellation)).Id);
            Assert.Equal(SchemaCompatibility.FullTransitive, await again.GetCompatibilityAsync("a", Cancellation));
            Assert.Equal(id + 1, await again.RegisterAsync("b", new("\"long\""), Cancellation));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Cancellation);
        return app;
    }

    private static SchemaRegistryClient Client(WebApplication server, Action<SchemaRegistryOptions>? configure = null)
    {
        var options = new SchemaRegistryOptions { Url = server.Urls.First(), Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1) };
        configure?.Invoke(options);
        return new(options);
    }
}
