using Headrace.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headrace;

/// <summary>Answers what goes wrong on the way from a request into Kafka by problem details (RFC 9457).</summary>
public static class HeadraceProblemDetailsExtensions
{
    /// <summary>
    /// Adds the answers: a record that could not be produced is a 503 with <c>Retry-After</c> that says whether the record may be stored all the
    /// same, one that is too large a 413; malformed JSON and fields that do not fit are a 400 naming field and reason. They take effect where
    /// <see cref="UseHeadraceProblemDetails"/> stands. Also checks, once the server has started, that no endpoint takes a producer of several topics
    /// without naming one.
    /// </summary>
    public static IServiceCollection AddHeadraceProblemDetails(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddExceptionHandler<ProduceProblems>();
        services.AddExceptionHandler<RequestProblems>();
        services.AddHostedService<UnnamedProducerCheck>();

        // Otherwise a request that does not fit is answered without a body outside Development.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>Puts the answers before everything that follows. Call it first, right after <c>Build</c>.</summary>
    public static IApplicationBuilder UseHeadraceProblemDetails(this IApplicationBuilder app) =>
        app.UseExceptionHandler().UseStatusCodePages(status => DescribeAsync(status.HttpContext));

    // For what is refused before an endpoint runs, so without an exception.
    private static Task DescribeAsync(HttpContext context)
    {
        var limit = context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
        var detail = context.Response.StatusCode switch
        {
            StatusCodes.Status413PayloadTooLarge when limit is not null =>
                $"The request's body is larger than {limit} bytes, the most that is accepted. Send less at once.",
            StatusCodes.Status415UnsupportedMediaType =>
                $"The request's content type is '{context.Request.ContentType ?? "(none)"}', which is not accepted here. Send application/json.",
            _ => null,
        };
        return TypedResults.Problem(detail, statusCode: context.Response.StatusCode).ExecuteAsync(context);
    }
}
