namespace Headrace.Broker.Log;

/// <summary>A producer as one partition knows it.</summary>
/// <param name="ProducerId">Its id.</param>
/// <param name="Epoch">The newest that wrote here.</param>
/// <param name="LastSequence">Of that epoch; -1 before its first batch.</param>
/// <param name="LastTimestamp">Of its newest batch or marker.</param>
/// <param name="TransactionStart">The first offset of its open transaction, -1 without one.</param>
/// <param name="HasMarker">Whether a transaction of it has ended here.</param>
internal readonly record struct ActiveProducer(long ProducerId, short Epoch, int LastSequence, long LastTimestamp, long TransactionStart, bool HasMarker);
