using Headrace.Broker.Wire;

namespace Headrace.Broker.Requests;

// ApiVersions: v0-4, flexible from v3. The response's header never is, so that a client that knows nothing yet can read it.
//   1  throttle time in the response
//   3  name and version of the client; features in the response (none here, so versions 3 and 4 answer alike)
// A version that is not known is answered with a v0 body, error 35 and the range of this key; the client then asks again (KIP-511).

internal sealed class ApiVersionsRequest : IWireMessage
{
    public string ClientSoftwareName = string.Empty;
    public string ClientSoftwareVersion = string.Empty;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        if (version >= 3)
        {
            wire.String(ref ClientSoftwareName);
            wire.String(ref ClientSoftwareVersion);
        }

        wire.Tags();
    }
}

internal sealed class ApiVersionsResponse : IWireMessage
{
    public ErrorCode Error;
    public List<Range> Ranges = [];
    public int ThrottleTimeMs;

    public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
    {
        wire.Error(ref Error);
        wire.Array(ref Ranges, version);
        if (version >= 1)
        {
            wire.Int32(ref ThrottleTimeMs);
        }

        wire.Tags();
    }

    internal sealed class Range : IWireMessage
    {
        public short Key;
        public short MinVersion;
        public short MaxVersion;

        public void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct
        {
            wire.Int16(ref Key);
            wire.Int16(ref MinVersion);
            wire.Int16(ref MaxVersion);
            wire.Tags();
        }
    }
}

internal sealed class ApiVersionsHandler(RequestTable table)
    : RequestHandler<ApiVersionsRequest, ApiVersionsResponse>(KafkaApi.ApiVersions, minVersion: 0, maxVersion: 4, firstFlexible: 3)
{
    public static ApiVersionsResponse AnswerToUnknownVersion(RequestHandler apiVersions) => new()
    {
        Error = ErrorCode.UnsupportedVersion,
        Ranges = [RangeOf(apiVersions)],
    };

    protected override ValueTask<ApiVersionsResponse?> HandleAsync(RequestContext context, ApiVersionsRequest request) =>
        new(new ApiVersionsResponse { Ranges = [.. table.All.Select(RangeOf)] });

    private static ApiVersionsResponse.Range RangeOf(RequestHandler handler) => new()
    {
        Key = (short)handler.Key,
        MinVersion = handler.MinVersion,
        MaxVersion = handler.MaxVersion,
    };
}
