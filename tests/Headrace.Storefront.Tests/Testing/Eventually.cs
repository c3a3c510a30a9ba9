using System.Diagnostics;

namespace Headrace.Storefront.Tests.Testing;

/// <summary>Waits for a condition with a deadline, and says what it saw last when the deadline passes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<T> SeesAsync<T>(string what, Func<Task<T>> look, Func<T, bool> holds, TimeSpan? deadline = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            string saw;
            try
            {
                var seen = await look();
                if (holds(seen))
                {
                    return seen;
                }

                saw = $"{seen}";
            }
            catch (HttpRequestException error)
            {
                saw = error.Message;
            }

            if (Stopwatch.GetElapsedTime(started) > (deadline ?? Deadline))
            {
                throw new TimeoutException($"Waited {(deadline ?? Deadline).TotalSeconds:0} s for: {what}. Last seen: {saw}");
            }

            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static Task<bool> IsTrueAsync(string what, Func<bool> holds, TimeSpan? deadline = null) =>
        SeesAsync(what, () => Task.FromResult(holds()), static seen => seen, deadline);
}
