using Headrace;

namespace Storefront.Status;

/// <summary>What every part of the shop says of itself, whichever role it has.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this WebApplication app)
    {
        app.MapGet("/status", (StatusReader status, CancellationToken aborted) => status.ReadAsync(aborted));
        app.MapHeadraceHealth();
    }
}
