using System.Diagnostics;
using Headrace.Storefront.Tests.Testing;

namespace Headrace.Storefront.Tests;

/// <summary>The live page in a real browser.</summary>
public sealed class PageTests(KafkaUnderTest kafka)
{
    private const string Chromium = "/usr/bin/chromium";

    [Fact]
    public async Task The_page_shows_groups_counts_and_events()
    {
        if (!File.Exists(Chromium))
        {
            TestContext.Current.SendDiagnosticMessage($"The page was not looked at in a browser: there is no {Chromium}.");
            return;
        }

        await using var shop = await ShopProcess.StartAsync("--kafka", kafka.Address);
        await Eventually.SeesAsync("all groups have caught up", () => StatusPage.OfAsync(shop), status => status.Groups.All(group => group is { State: "running", Lag: 0 }));
        var customer = kafka.NewPrefix() + "c";
        using var response = await shop.Http.PostAsync("/orders", Orders.Json("o-page", customer));
        response.EnsureSuccessStatusCode();

        var page = await RenderAsync(shop.Http.BaseAddress!);

        Assert.Contains("All groups keep up.", page, StringComparison.Ordinal);
        Assert.Contains(kafka.Address, page, StringComparison.Ordinal);
        Assert.Contains("order.created", page, StringComparison.Ordinal);
        Assert.Contains(customer, page, StringComparison.Ordinal);
        foreach (var group in (string[])["billing", "notifications", "analytics"])
        {
            Assert.Contains($"<h3>{group}</h3><span class=\"state running\">running</span>", page, StringComparison.Ordinal);
        }
    }

    private static async Task<string> RenderAsync(Uri address)
    {
        var profile = Directory.CreateTempSubdirectory("headrace-page");
        try
        {
            using var browser = new Process
            {
                StartInfo = new(Chromium, ["--headless=new", "--no-sandbox", "--disable-gpu", $"--user-data-dir={profile.FullName}", "--virtual-time-budget=4000", "--dump-dom", address.AbsoluteUri])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                },
            };
            browser.Start();
            var errors = browser.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var page = await browser.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await browser.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(browser.ExitCode == 0, await errors);
            return page;
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }
}
