using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Headrace.Registry;

/// <summary>Sends requests to whichever address answers, and turns refusals into exceptions.</summary>
internal sealed class RegistryTransport : IDisposable
{
    private const string MediaType = "application/vnd.schemaregistry.v1+json";

    // No schema is this large; what is, is not read to its end.
    private const int MaxAnswer = 64 * 1024 * 1024;

    private readonly SchemaRegistryOptions _options;
    private readonly Uri[] _addresses;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    // The address that answered last; any thread may move it on.
    private volatile int _current;

    public RegistryTransport(SchemaRegistryOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _addresses = [.. options.Url.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(AddressOf)];
        if (_addresses.Length == 0)
        {
            throw new ArgumentException("The schema registry has no address. Set SchemaRegistry:Url in the cluster's section, for example Kafka:SchemaRegistry:Url = http://localhost:8081.");
        }

        _http = new(RegistryCredentials.Handler(options)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswer };
    }

    public string Address => string.Join(", ", _addresses.Select(address => address.GetLeftPart(UriPartial.Path).TrimEnd('/')));

    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellation)
    {
        SchemaRegistryException? failure = null;
        for (var round = 0; round <= _options.Retries; round++)
        {
            if (round > 0)
            {
                await Task.Delay(_options.RetryDelay * Math.Pow(2, round - 1), _time, cancellation);
            }

            for (var tried = 0; tried < _addresses.Length; tried++)
            {
                var index = _current;
                try
                {
                    return await SendOnceAsync(new(_addresses[index], path), method, body, cancellation);
                }
                catch (SchemaRegistryException error) when (error.IsAway)
                {
                    failure = error;
                    Interlocked.CompareExchange(ref _current, (index + 1) % _addresses.Length, index);
                }
            }
        }

        throw failure!;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode?> SendOnceAsync(Uri address, HttpMethod method, JsonObject? body, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(_options.Timeout);
        try
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.Accept.Add(new(MediaType));
            request.Headers.Accept.Add(new("application/json", 0.9));
            request.Headers.Authorization = await RegistryCredentials.HeaderAsync(_options, patience.Token);
            request.Content = body is null ? null : new StringContent(body.ToJsonString(), new MediaTypeHeaderValue(MediaType));
            using var answer = await _http.SendAsync(request, patience.Token);
            var text = await answer.Content.ReadAsStringAsync(patience.Token);
            return answer.IsSuccessStatusCode ? Json(text, address) : throw Refused(method, address, answer.StatusCode, text);
        }
        catch (HttpRequestException error)
        {
            throw new SchemaRegistryException($"The schema registry at {address.Authority} does not answer: {error.Message}", inner: error);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new SchemaRegistryException($"The schema registry at {address.Authority} did not answer within {_options.Timeout.TotalSeconds:0.#} s (SchemaRegistry:Timeout).", inner: error);
        }
    }

    private static JsonNode? Json(string text, Uri address)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException error)
        {
            throw new SchemaRegistryException($"What answers at {address.GetLeftPart(UriPartial.Path)} is no schema registry: its answer is not JSON. Correct SchemaRegistry:Url.", (int)HttpStatusCode.BadRequest, error);
        }
    }

    private static SchemaRegistryException Refused(HttpMethod method, Uri address, HttpStatusCode status, string text)
    {
        var (code, message) = ((int)status, status.ToString());
        try
        {
            if (JsonNode.Parse(text) is JsonObject error)
            {
                code = (int?)error["error_code"] ?? code;
                message = (string?)error["message"] ?? (string?)error["title"] ?? message;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            message = text.Length is > 0 and < 200 ? text : message;
        }

        var remedy = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? " Check SchemaRegistry:UserName and Password, Token or CertificateFile." : "";
        return new($"The schema registry at {address.Authority} refused {method} {address.AbsolutePath}: {message} ({code}).{remedy}", code);
    }

    private static Uri AddressOf(string text) => Uri.TryCreate($"{text.TrimEnd('/')}/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new ArgumentException($"SchemaRegistry:Url has '{text}', which is no address. It begins with http:// or https://.");
}
