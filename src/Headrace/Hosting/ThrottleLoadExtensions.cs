using Microsoft.Extensions.DependencyInjection;

namespace Headrace;

/// <summary>What throttles often look at.</summary>
public static class ThrottleLoadExtensions
{
    /// <summary>How many records a group, of this application or another, has still before it on the default cluster; 0 when no topic exists. See <see cref="HeadraceStatus.LagOfAsync"/>.</summary>
    /// <param name="load">The load.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="topics">Names of topics, or patterns that begin with <c>^</c>.</param>
    /// <exception cref="TimeoutException">The cluster does not answer.</exception>
    public static async ValueTask<long> LagOfAsync(this ThrottleLoad load, string group, params string[] topics)
    {
        ArgumentNullException.ThrowIfNull(load);
        return await load.Services.GetRequiredService<HeadraceStatus>().LagOfAsync(group, topics, load.Cancellation) ?? 0;
    }
}
