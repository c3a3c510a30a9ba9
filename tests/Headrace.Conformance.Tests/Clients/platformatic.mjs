// @platformatic/kafka: a topic is created, records are produced, and consumed in a group of either protocol. node platformatic.mjs ADDRESS NAME classic|consumer
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';

const [address, name, groupProtocol] = process.argv.slice(2);
const bootstrapBrokers = [address];

const admin = new Admin({ clientId: 'platformatic', bootstrapBrokers });
const created = await admin.createTopics({ topics: [name], partitions: 3, replicas: 1 });
console.log('created', created[0].partitions);

const producer = new Producer({ clientId: 'platformatic', bootstrapBrokers, idempotent: true, serializers: stringSerializers });
const messages = [...Array(30).keys()].map(i => ({ topic: name, key: `k-${i % 5}`, value: `v-${i}` }));
await producer.send({ messages, acks: -1 });
await producer.close();

const consumer = new Consumer({ clientId: 'platformatic', groupId: name, bootstrapBrokers, groupProtocol, deserializers: stringDeserializers });
const stream = await consumer.consume({ topics: [name], mode: 'earliest', autocommit: false });
const read = [];
for await (const message of stream) {
    read.push(message);
    if (read.length === 30) break;
}
for (const key of ['k-0', 'k-1', 'k-2', 'k-3', 'k-4']) console.log(key, read.filter(message => message.key === key).map(message => message.value).join(', '));
await read.at(-1).commit();
await consumer.close(true);

await admin.deleteGroups({ groups: [name] });
await admin.deleteTopics({ topics: [name] });
await admin.close();
console.log('done');
process.exit(0);
