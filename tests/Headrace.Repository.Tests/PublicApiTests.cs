namespace Headrace.Repository;

public sealed class PublicApiTests
{
    public static TheoryData<string> Projects => [.. Checkout.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_public_api_is_what_its_file_says(string project)
    {
        var file = $"src/{project}/PublicApi.txt";
        var built = PublicApi.Print(project);
        if (Renewal.IsWanted)
        {
            Checkout.Write(file, built);
        }

        var listed = Checkout.Files.Contains(file) || Renewal.IsWanted ? Checkout.Read(file) : "";
        var (was, now) = (listed.Split('\n'), built.Split('\n'));
        Checkout.AssertNone(
            was.Except(now).Select(line => $"- {line}").Concat(now.Except(was).Select(line => $"+ {line}")),
            $"{file} differs from what is built. If the change is meant: {Renewal.Command}, and let the reviewer see the difference.");
        Assert.Equal(listed, built);
    }
}
