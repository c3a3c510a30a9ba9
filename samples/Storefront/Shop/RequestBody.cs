using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;

namespace Storefront.Shop;

/// <summary>Reads a JSON body; whatever a caller can get wrong ends in a <see cref="Rejection"/>, never in an exception.</summary>
internal static class RequestBody
{
    public static async Task<Verdict<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> json, CancellationToken aborted)
        where T : class
    {
        if (WrongType(request) is { } wrong)
        {
            return wrong;
        }

        try
        {
            if (await JsonSerializer.DeserializeAsync(request.Body, json, aborted) is { } body)
            {
                return body;
            }

            return Malformed("body", "The body is null. Send a JSON object.");
        }
        catch (JsonException error)
        {
            return Malformed(FieldOf(error), DetailOf(error));
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return new Rejection(error.StatusCode, "body", "body too large", $"The body is over the limit. {error.Message} Split the order, or raise Shop:MaxBodyBytes.");
        }
        catch (BadHttpRequestException error)
        {
            return new Rejection(error.StatusCode, "body", "body not readable", error.Message);
        }
    }

    private static Rejection Malformed(string field, string detail) => Rejection.BadRequest(field, "malformed JSON", detail);

    private static Rejection? WrongType(HttpRequest request)
    {
        var charset = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? type.Charset.Value : null;
        if (!request.HasJsonContentType() || (charset is not null && !charset.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
        {
            return Unsupported("Content-Type", "unknown content type", $"Content-Type is '{request.ContentType}'. Send application/json in UTF-8.");
        }

        return request.Headers.ContentEncoding.Count == 0
            ? null
            : Unsupported("Content-Encoding", "unknown content encoding", $"Content-Encoding is '{request.Headers.ContentEncoding}'. Send the body as it is.");
    }

    private static Rejection Unsupported(string field, string reason, string detail) =>
        new(StatusCodes.Status415UnsupportedMediaType, field, reason, detail);

    /// <summary>The parser's own words for what is no JSON; for a wrong type ours, which do not name our classes to strangers.</summary>
    private static string DetailOf(JsonException error) => error.InnerException is JsonException syntax
        ? $"The body is not JSON: {syntax.Message}"
        : $"'{FieldOf(error)}' is not of the JSON type that belongs there (line {error.LineNumber + 1}, byte {error.BytePositionInLine}), or stands there twice.";

    /// <summary>"$.lines[0].quantity" names the field "lines[0].quantity"; "$" or nothing is the body as a whole.</summary>
    private static string FieldOf(JsonException error) =>
        error.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : "body";
}
