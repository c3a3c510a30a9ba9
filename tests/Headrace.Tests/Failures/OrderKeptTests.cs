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
}
