namespace Storefront.Page;

/// <summary>The live page: one file inside the assembly, so it is there wherever the program is started from.</summary>
internal static class PageEndpoint
{
    public static void MapPage(this WebApplication app)
    {
        using var stream = typeof(PageEndpoint).Assembly.GetManifestResourceStream("Storefront.Page.index.html")!;
        using var reader = new StreamReader(stream);
        var html = reader.ReadToEnd();
        app.MapGet("/", () => Results.Content(html, "text/html; charset=utf-8"));
    }
}
