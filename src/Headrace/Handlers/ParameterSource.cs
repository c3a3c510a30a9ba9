namespace Headrace.Handlers;

/// <summary>Where a parameter's value comes from.</summary>
internal enum ParameterSource
{
    Message,
    Service,
    Cancellation,
    Key,
    Headers,
    Position,
    Context,
    Record,
    Header,
}
