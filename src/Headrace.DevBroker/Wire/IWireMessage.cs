namespace Headrace.Broker.Wire;

/// <summary>A request, a response, or a structure inside one.</summary>
internal interface IWireMessage
{
    void Walk<TWire>(ref TWire wire, int version) where TWire : struct, IWire, allows ref struct;
}
