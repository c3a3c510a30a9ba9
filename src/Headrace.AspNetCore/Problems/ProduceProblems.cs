using Headrace.Failures;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Headrace.Problems;

/// <summary>Answers a request whose record could not be produced.</summary>
internal sealed class ProduceProblems : IExceptionHandler
{
    private const int RetryAfterSeconds = 5;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            ProduceException failure => KafkaErrors.IsTooLarge(failure) ? TooLarge(failure) : Unavailable(failure),
            FormatUnavailableException => NotWritten(),
            _ => null,
        };
        if (problem is null)
        {
            return false;
        }

        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        await TypedResults.Problem(problem).ExecuteAsync(httpContext);
        return true;
    }

    private static ProblemDetails TooLarge(ProduceException failure) => new()
    {
        Status = StatusCodes.Status413PayloadTooLarge,
        Title = "The event is too large.",
        Detail = $"Topic '{failure.Topic}' does not take a record of this size. Nothing was stored. Send less at once.",
        Extensions = { ["possiblyStored"] = false },
    };

    private static ProblemDetails NotWritten() => new()
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Title = "The event could not be stored.",
        Detail = "What is needed to write the event, a schema registry for one, is away. Nothing was stored. Try again later.",
        Extensions = { ["possiblyStored"] = false },
    };

    private static ProblemDetails Unavailable(ProduceException failure) => new()
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Title = "The event could not be stored.",
        Detail = failure.PossiblyPersisted
            ? $"The outcome is unknown: topic '{failure.Topic}' did not acknowledge in time and may have stored the event all the same. Try again later; it may then be there twice."
            : $"Topic '{failure.Topic}' did not take the event. Nothing was stored. Try again later.",
        Extensions = { ["possiblyStored"] = failure.PossiblyPersisted },
    };
}
