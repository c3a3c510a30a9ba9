namespace Storefront.Traffic;
internal sealed class ReplayEnd { public Task ReachedAsync(CancellationToken stopping) => Task.CompletedTask; }
