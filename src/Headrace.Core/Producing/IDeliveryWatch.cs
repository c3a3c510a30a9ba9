namespace Headrace.Producing;

/// <summary>
/// Is told what becomes of a record, on the producer's own thread, whoever else waits for it: the records of one handler, or those of one batch.
/// </summary>
internal interface IDeliveryWatch
{
    /// <summary>A record is about to be sent; <see langword="false"/> when nobody watches any more. After <see langword="true"/>, <see cref="Delivered"/> comes once.</summary>
    bool TryBegin();

    /// <summary>It ended. Must be brief and must not throw.</summary>
    void Delivered(int index, RecordPosition position, ProduceException? failure);
}
