using Headrace.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Headrace.Health;

/// <summary>Asks every cluster of the application the same question.</summary>
/// <param name="services">The application's services.</param>
/// <param name="failures">What makes the answer no.</param>
/// <param name="doubts">What makes it a yes with reservations.</param>
internal sealed class HeadraceHealthCheck(
    IServiceProvider services, Func<KafkaCluster, IEnumerable<string>> failures, Func<KafkaCluster, IEnumerable<string>> doubts) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var clusters = services.GetRequiredService<HeadraceRegistrations>().Clusters
            .Select(cluster => services.GetRequiredKeyedService<KafkaCluster>(cluster.Name))
            .ToList();
        var failed = string.Join(" ", clusters.SelectMany(failures));
        var doubted = string.Join(" ", clusters.SelectMany(doubts));
        return Task.FromResult(
            failed.Length > 0 ? new HealthCheckResult(context.Registration.FailureStatus, $"{failed} {doubted}".TrimEnd())
            : doubted.Length > 0 ? HealthCheckResult.Degraded(doubted)
            : HealthCheckResult.Healthy());
    }
}
