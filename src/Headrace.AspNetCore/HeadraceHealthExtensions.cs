using Headrace.Health;
using Headrace.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Headrace;

/// <summary>Health of an application's consumer groups and producers, for whoever restarts it and whoever sends it requests.</summary>
public static class HeadraceHealthExtensions
{
    private const string Live = "live";
    private const string Ready = "ready";

    /// <summary>
    /// Adds three checks. <c>headrace-live</c>, tagged <c>live</c>, fails when a group has stopped by a fault: only a restart cures that.
    /// <c>headrace-ready</c>, tagged <c>ready</c>, fails while Kafka does not answer or a group has not joined, and is degraded while a mapped
    /// topic does not exist. <c>headrace-dead-letters</c>, without a tag, is degraded while dead letters wait. Descriptions name the cause.
    /// </summary>
    public static IHealthChecksBuilder AddHeadrace(this IHealthChecksBuilder builder) => builder
        .Add(new("headrace-live", services => new HeadraceHealthCheck(services, HealthReasons.NotAlive, static _ => []), HealthStatus.Unhealthy, [Live]))
        .Add(new("headrace-ready", services => new HeadraceHealthCheck(services, HealthReasons.NotReady, HealthReasons.Degraded), HealthStatus.Unhealthy, [Ready]))
        .Add(new("headrace-dead-letters", services => new HeadraceHealthCheck(services, static _ => [], HealthReasons.DeadLetters), HealthStatus.Degraded, []));

    /// <summary>
    /// Maps <c>/health/live</c> and <c>/health/ready</c>, with every check that is tagged <c>live</c> or <c>ready</c>: 200 when healthy or degraded,
    /// 503 when not, and a JSON body that says why. Needs <c>AddHealthChecks().AddHeadrace()</c>.
    /// </summary>
    /// <param name="endpoints">Where to map.</param>
    /// <param name="prefix">The path before <c>/live</c> and <c>/ready</c>.</param>
    public static IEndpointConventionBuilder MapHeadraceHealth(this IEndpointRouteBuilder endpoints, string prefix = "/health")
    {
        var group = endpoints.MapGroup(prefix);
        group.MapHealthChecks(Live, Tagged(Live));
        group.MapHealthChecks(Ready, Tagged(Ready));
        return group;
    }

    private static HealthCheckOptions Tagged(string tag) => new()
    {
        Predicate = check => check.Tags.Contains(tag),
        ResponseWriter = HealthReply.WriteAsync,
    };
}
