using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headrace.Problems;

/// <summary>Answers a request that does not fit its endpoint, naming field and reason.</summary>
internal sealed class RequestProblems : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException and not JsonException)
        {
            return false;
        }

        await Answer(exception).ExecuteAsync(httpContext);
        return true;
    }

    private static IResult Answer(Exception exception) => exception switch
    {
        JsonException json => BadField(JsonFault.Of(json)),
        { InnerException: JsonException json } => BadField(JsonFault.Of(json)),
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad => BadField(ParameterFault.Of(bad.Message)),
        BadHttpRequestException bad => TypedResults.Problem(bad.Message, statusCode: bad.StatusCode),
        _ => TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest),
    };

    private static ValidationProblem BadField(IReadOnlyDictionary<string, string> faults) => TypedResults.ValidationProblem(
        faults.Select(fault => KeyValuePair.Create(fault.Key, new[] { fault.Value })),
        detail: string.Join(" ", faults.Select(fault => $"{fault.Key}: {fault.Value}")),
        title: "The request does not fit.");
}
