namespace Storefront.Shop;

/// <summary>Why a request was not accepted. One request has one reason.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Field">The field to look at, as a path: <c>lines[2].quantity</c>.</param>
/// <param name="Reason">A short name that can be counted: <c>no customer</c>.</param>
/// <param name="Detail">The sentence for a person: what is wrong and what to do.</param>
internal sealed record Rejection(int Status, string Field, string Reason, string Detail)
{
    public static Rejection BadRequest(string field, string reason, string detail) => new(StatusCodes.Status400BadRequest, field, reason, detail);

    public static Rejection Missing(string field) => BadRequest(field, $"no {field}", $"'{field}' is missing, null or empty. Set it.");

    public IResult ToResult() => Results.Problem(
        Detail,
        statusCode: Status,
        title: "The request was not accepted; nothing was produced.",
        extensions: new Dictionary<string, object?> { ["field"] = Field, ["reason"] = Reason });
}
