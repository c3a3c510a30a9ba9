namespace Headrace.Testing;

/// <summary>Waits for a condition in real time, and says what was seen when it does not come.</summary>
internal static class Patience
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(5);

    /// <param name="condition">What is waited for; an exception because Kafka is away is no answer yet.</param>
    /// <param name="deadline">How long.</param>
    /// <param name="seen">Says what there is instead.</param>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan deadline, Func<Task<string>> seen)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Exception? away = null;
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (Exception error) when (error is TimeoutException or ClusterException)
            {
                away = error;
            }

            if (TimeProvider.System.GetElapsedTime(started) >= deadline)
            {
                throw new TimeoutException($"After {deadline.TotalSeconds:0.#} s: {away?.Message ?? await seen()}");
            }

            await Task.Delay(Again, TimeProvider.System);
        }
    }
}
