// kafkajs: a topic is created, records are produced and consumed in a group, the group is described and deleted. node kafkajs.mjs ADDRESS NAME none|gzip
import kafkajs from 'kafkajs';

const { Kafka, CompressionTypes, logLevel } = kafkajs;
const [address, name, codec] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [address], clientId: 'kafkajs', logLevel: logLevel.NOTHING });

const admin = kafka.admin();
await admin.connect();
console.log('created', await admin.createTopics({ topics: [{ topic: name, numPartitions: 3 }], waitForLeaders: true }));

const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
await producer.connect();
const messages = [...Array(30).keys()].map(i => ({ key: `k-${i % 5}`, value: i === 29 ? null : `v-${i}`, headers: { n: `${i}` } }));
await producer.send({ topic: name, messages, compression: codec === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None });
await producer.disconnect();

for (const end of ['abort', 'commit']) {
    const transactional = kafka.producer({ idempotent: true, maxInFlightRequests: 1, transactionalId: `${name}-${end}` });
    await transactional.connect();
    const transaction = await transactional.transaction();
    await transaction.send({ topic: name, messages: [{ key: 'k-0', value: end === 'abort' ? 'aborted' : 'committed' }] });
    await transaction[end]();
    await transactional.disconnect();
}

const consumer = kafka.consumer({ groupId: name });
await consumer.connect();
await consumer.subscribe({ topic: name, fromBeginning: true });
const read = [];
await new Promise(done => consumer.run({
    eachMessage: async ({ message }) => {
        read.push([message.key, String(message.value), message.headers.n].filter(each => each !== undefined).join(' '));
        if (read.length === 31) done();
    },
}));
await consumer.disconnect();

for (const key of ['k-0', 'k-1', 'k-2', 'k-3', 'k-4']) console.log(read.filter(line => line.startsWith(key)).join(', '));
await admin.setOffsets({ groupId: name, topic: name, partitions: [0, 1, 2].map(partition => ({ partition, offset: `${partition}` })) });
const offsets = await admin.fetchOffsets({ groupId: name, topics: [name] });
console.log('set', offsets[0].partitions.map(each => `${each.partition}: ${each.offset}`).sort().join(', '));
const ends = await admin.fetchTopicOffsets(name);
console.log('lengths', ends.map(each => `${each.partition}: ${each.low}-${each.high}`).sort().join(', '));
const described = await admin.describeGroups([name]);
console.log('group', described.groups[0].state, described.groups[0].members.length);
await admin.deleteGroups([name]);
await admin.deleteTopics({ topics: [name] });
await admin.disconnect();
process.exit(0);
