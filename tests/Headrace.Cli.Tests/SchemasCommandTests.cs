using System.Diagnostics;
using System.Text.Json;

namespace Headrace.Cli.Tests;

/// <summary><c>headrace schemas</c> as a build runs it.</summary>
public sealed class SchemasCommandTests : IDisposable
{
    private const string Order = """{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}FIELDS]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("headrace-schemas-").FullName;

    [Theory]
    [InlineData(",{\"name\":\"coupon\",\"type\":[\"null\",\"string\"],\"default\":null}", 0, "orders-value: compatible")]
    [InlineData(",{\"name\":\"coupon\",\"type\":\"string\"}", 1, "Backward: $.coupon: the reader's field 'coupon' of Order is not in what was written, and has no default")]
    [InlineData("", 0, "orders-value: same")]
    public async Task A_check_ends_with_1_when_a_change_would_break_somebody(string added, int exitCode, string said)
    {
        var (next, inUse) = (Write("next", "orders-value.avsc", Order.Replace("FIELDS", added, StringComparison.Ordinal)), Write("used", "orders-value.avsc", Order.Replace("FIELDS", "", StringComparison.Ordinal)));
        var (code, output) = await CommandProcess.RunAsync("schemas", "check", next, "--against", inUse);
        Assert.Equal(exitCode, code);
        Assert.Contains(said, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(",{\"name\":\"coupon\",\"type\":[\"null\",\"string\"],\"default\":null}", true)]
    [InlineData(",{\"name\":\"coupon\",\"type\":\"string\"}", false)]
    public async Task A_build_that_checks_its_schemas_fails_where_a_change_would_break_somebody(string added, bool succeeds)
    {
        var (next, inUse) = (Write("next", "orders-value.avsc", Order.Replace("FIELDS", added, StringComparison.Ordinal)), Write("used", "orders-value.avsc", Order.Replace("FIELDS", "", StringComparison.Ordinal)));
        var project = Path.Combine(_folder, "shop.proj");
        var command = $"dotnet &quot;{Path.Combine(AppContext.BaseDirectory, "Headrace.Cli.dll")}&quot; schemas check &quot;{next}&quot; --against &quot;{inUse}&quot;";
        await File.WriteAllTextAsync(project, $"""<Project><Target Name="Build"><Exec Command="{command}" /></Target></Project>""", TestContext.Current.CancellationToken);
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", project, "-nologo", "-nodeReuse:false"]) { RedirectStandardOutput = true })!;
        var output = await build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True((build.ExitCode == 0) == succeeds, output);
        Assert.Equal(!succeeds, output.Contains("$.coupon: ", StringComparison.Ordinal) && output.Contains("exited with code 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_lint_goes_beyond_the_mode_and_can_be_left_out()
    {
        var (next, inUse) = (Write("next", "o.schema.json", """{"type":"object","properties":{}}"""), Write("used", "o.schema.json", """{"type":"object","properties":{"note":{"type":"string"}}}"""));
        var (code, output) = await CommandProcess.RunAsync("schemas", "check", next, "--against", inUse, "--json");
        Assert.Equal(1, code);
        Assert.Contains("NoRemoval", output, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandProcess.RunAsync("schemas", "check", next, "--against", inUse, "--no-lint")).ExitCode);
        Assert.Equal(0, (await CommandProcess.RunAsync("schemas", "diff", next, "--against", inUse)).ExitCode);
    }

    [Fact]
    public async Task Schemas_go_to_a_registry_and_come_back()
    {
        await using var registry = await DevSchemaRegistry.StartAsync(cancellation: TestContext.Current.CancellationToken);
        var next = Write("next", "orders-value.avsc", """{"type":"record","name":"Order","fields":[{"name":"line","type":"Line"}]}""");
        Write("next", "line.avsc", """{"type":"record","name":"Line","fields":[]}""");
        Write("next", "orders-value.references.json", """[{"name":"Line","subject":"line","version":1}]""");
        var (code, output) = await CommandProcess.RunAsync("schemas", "register", next, "--to", registry.Url, "--json");
        Assert.True(code == 0, output);
        var back = Path.Combine(_folder, "back");
        Assert.Equal(0, (await CommandProcess.RunAsync("schemas", "pull", back, "--from", registry.Url, "--prefix", "orders")).ExitCode);
        Assert.Equal(["line.avsc", "orders-value.avsc", "orders-value.references.json"], Directory.GetFiles(back).Select(Path.GetFileName).Order());
        (code, output) = await CommandProcess.RunAsync("schemas", "check", back, "--against", registry.Url, "--json");
        Assert.Equal(0, code);
        Assert.Equal(["Same", "Same"], JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement.EnumerateArray().Select(line => line.GetProperty("change").GetString()));
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_in_one_line()
    {
        var next = Write("next", "orders-value.avsc", "{}");
        var (code, output) = await CommandProcess.RunAsync("schemas", "check", next, "--against", next);
        Assert.Equal(1, code);
        Assert.Contains("The schema of 'orders-value' cannot be read", output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(1, (await CommandProcess.RunAsync("schemas", "check", next, "--against", Path.Combine(_folder, "none"))).ExitCode);
        Assert.Equal(2, (await CommandProcess.RunAsync("schemas", "check", next)).ExitCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string folder, string file, string text)
    {
        var path = Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName;
        File.WriteAllText(Path.Combine(path, file), text);
        return path;
    }
}
