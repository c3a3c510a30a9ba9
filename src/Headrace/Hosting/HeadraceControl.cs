using Headrace.Hosting;

namespace Headrace;

/// <summary>
/// Lets an operator change what this process does on one cluster while it runs. Everything may be repeated, takes effect at once or within moments, and loses
/// and repeats no record. It holds until the process ends: what is to last belongs in the configuration.
/// </summary>
public sealed class HeadraceControl
{
    private readonly KafkaCluster _cluster;

    internal HeadraceControl(KafkaCluster cluster) => _cluster = cluster;

    /// <summary>
    /// Hands out no more records of a group in this process, until <see cref="Resume(string)"/>; records in flight end. It stays a member, and its
    /// partitions stay with it.
    /// </summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Pause(string group) => Find(group).Pause();

    /// <summary>Hands out records of a group again. A topic or a partition that was paused by itself stays so.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Resume(string group) => Find(group).Resume();

    /// <summary>Hands out no more records of a topic to a group in this process, until <see cref="Resume(string, string)"/>.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Pause(string group, string topic) => Find(group).Consumer.Pause(topic);

    /// <summary>Hands out records of a topic again. A partition that was paused by itself stays so.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Resume(string group, string topic) => Find(group).Consumer.Resume(topic);

    /// <summary>Hands out no more records of a partition to a group, until <see cref="Resume(string, string, int)"/>, whenever this process has it.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Pause(string group, string topic, int partition) => Find(group).Consumer.Pause(topic, partition);

    /// <summary>Hands out records of a partition again.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Resume(string group, string topic, int partition) => Find(group).Consumer.Resume(topic, partition);

    /// <summary>Records of a group that this process handles at once; <see langword="null"/> leaves it to the configuration and the code again. In flight ends.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public void SetWorkers(string group, int? count)
    {
        if (count is { } number)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(count));
        }

        Find(group).Workers.Choose(count);
    }

    /// <summary>
    /// Stops a group in this process until <see cref="Start(string)"/>: drains what is in flight, commits, and leaves the group, so that other members take its partitions.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="deadline">What is in flight when it fires is abandoned to the next owner.</param>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public Task StopAsync(string group, CancellationToken deadline = default) => Find(group).HoldAsync(deadline);

    /// <summary>Starts a group that was stopped, or that a fault has stopped.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Start(string group) => Find(group).LetGo();

    /// <summary>
    /// Gives a topic of a group up in this process until <see cref="Start(string, string)"/>: drains what is in flight, commits, and lets other members have its partitions.
    /// Completes when this process has none of them.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">One of its topics.</param>
    /// <param name="deadline">Ends the wait; the topic is given up all the same. What is in flight may take as long as at any revocation.</param>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="deadline"/> fired.</exception>
    public Task StopAsync(string group, string topic, CancellationToken deadline = default) => Find(group).Consumer.StopAsync(topic, deadline);

    /// <summary>Reads a topic that was stopped. A partition that was stopped by itself stays so.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Start(string group, string topic) => Find(group).Consumer.Start(topic);

    /// <summary>
    /// Lets no more records of a partition begin in this process until <see cref="Start(string, string, int)"/>, lets what is in flight end, and commits; completes when that is
    /// done. The partition stays where it is: Kafka knows no member of a group without one of a topic's partitions.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">One of its topics.</param>
    /// <param name="partition">One of the topic's partitions, whether this process has it now or not.</param>
    /// <param name="deadline">Ends the wait; what is in flight goes on.</param>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="deadline"/> fired.</exception>
    public Task StopAsync(string group, string topic, int partition, CancellationToken deadline = default) => Find(group).Consumer.StopAsync(topic, partition, deadline);

    /// <summary>Hands out records of a partition that was stopped.</summary>
    /// <exception cref="ArgumentException">This process has no such group.</exception>
    public void Start(string group, string topic, int partition) => Find(group).Consumer.Start(topic, partition);

    private RunningGroup Find(string name) => _cluster.Groups.FirstOrDefault(group => group.Name == name) ?? throw new ArgumentException(
        $"This process has no group '{name}' on the cluster '{_cluster.Name}'.{NearestName.Hint(name, [.. _cluster.Groups.Select(group => group.Name)])}", nameof(name));
}
