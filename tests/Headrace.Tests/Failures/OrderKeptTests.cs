namespace Headrace.Tests.Failures;

public sealed class OrderKeptTests
{
    [Fact]
    public async Task What_a_key_sees_is_in_the_origins_order_whatever_fails_and_is_redriven()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            using var partition = new PartitionSimulation(seed);
            await partition.RunAsync();
            foreach (var (key, numbers) in partition.Origin)
            {
                Assert.True(numbers.SequenceEqual(partition.Seen.GetOrAdd(key)), $"Seed {seed}, key {key}: {string.Join(' ', numbers)} came as {string.Join(' ', partition.Seen[key])}.");
            }
        }
    }

    [Fact]
    public async Task A_crash_at_any_step_loses_nothing_and_repeats_what_it_interrupted()
    {
        var crashes = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            using var partition = new PartitionSimulation(seed, crashes: true);
            await partition.RunAsync();
            foreach (var (key, numbers) in partition.Origin)
            {
                var seen = partition.Seen.GetOrAdd(key).Distinct().ToList();
                Assert.True(numbers.SequenceEqual(seen), $"Seed {seed}, key {key}: {string.Join(' ', numbers)} came as {string.Join(' ', partition.Seen[key])}.");
            }

            Assert.InRange(partition.Seen.Values.Sum(seen => seen.Count) - partition.Origin.Values.Sum(numbers => numbers.Count), 0, partition.Crashes);
            crashes += partition.Crashes;
        }

        Assert.True(crashes > 1_000);
    }
}
