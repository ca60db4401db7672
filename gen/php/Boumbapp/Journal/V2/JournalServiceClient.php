<?php
// GENERATED CODE -- DO NOT EDIT!

namespace Boumbapp\Journal\V2;

/**
 * The journal. A caller sees and changes what is their own and nothing else: the id of another's piece is as unknown as one
 * that there never was.
 */
class JournalServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Version and limits.
     * @param \Boumbapp\Journal\V2\InfoRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Info(\Boumbapp\Journal\V2\InfoRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/Info',
        $argument,
        ['\Boumbapp\Journal\V2\InfoResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Keeps interactions; for services inside only. The answer comes when all are stored. What was stored before is passed
     * over, so a batch of which no answer came is sent again.
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ClientStreamingCall
     */
    public function Record($metadata = [], $options = []) {
        return $this->_clientStreamRequest('/boumbapp.journal.v2.JournalService/Record',
        ['\Boumbapp\Journal\V2\RecordResponse','decode'],
        $metadata, $options);
    }

    /**
     * Says what the caller thinks of a piece; said again, it replaces what was said before.
     * @param \Boumbapp\Journal\V2\RateRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Rate(\Boumbapp\Journal\V2\RateRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/Rate',
        $argument,
        ['\Boumbapp\Journal\V2\RateResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Says what the caller did with a piece.
     * @param \Boumbapp\Journal\V2\SignalRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Signal(\Boumbapp\Journal\V2\SignalRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/Signal',
        $argument,
        ['\Boumbapp\Journal\V2\SignalResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Lists the caller's pieces, the newest first.
     * @param \Boumbapp\Journal\V2\HistoryRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function History(\Boumbapp\Journal\V2\HistoryRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/History',
        $argument,
        ['\Boumbapp\Journal\V2\HistoryResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Everything that is kept of one piece, and its versions.
     * @param \Boumbapp\Journal\V2\GetRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Get(\Boumbapp\Journal\V2\GetRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/Get',
        $argument,
        ['\Boumbapp\Journal\V2\GetResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * What the caller prefers, from what they asked for, kept and rated.
     * @param \Boumbapp\Journal\V2\ProfileRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Profile(\Boumbapp\Journal\V2\ProfileRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/Profile',
        $argument,
        ['\Boumbapp\Journal\V2\ProfileResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * What to try next, and why. The same question gives other suggestions from time to time: some of them explore.
     * @param \Boumbapp\Journal\V2\SuggestRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Suggest(\Boumbapp\Journal\V2\SuggestRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/Suggest',
        $argument,
        ['\Boumbapp\Journal\V2\SuggestResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Figures over all pieces. For operators.
     * @param \Boumbapp\Journal\V2\StatsRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Stats(\Boumbapp\Journal\V2\StatsRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/Stats',
        $argument,
        ['\Boumbapp\Journal\V2\StatsResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Every piece without who asked for it, for analysis and training. For operators.
     * @param \Boumbapp\Journal\V2\ExportRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Export(\Boumbapp\Journal\V2\ExportRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/boumbapp.journal.v2.JournalService/Export',
        $argument,
        ['\Boumbapp\Journal\V2\ExportResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Removes everything that is kept of a user, and tells what was removed and what is left, which is nothing.
     * @param \Boumbapp\Journal\V2\ForgetRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Forget(\Boumbapp\Journal\V2\ForgetRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/boumbapp.journal.v2.JournalService/Forget',
        $argument,
        ['\Boumbapp\Journal\V2\ForgetResponse', 'decode'],
        $metadata, $options);
    }

}
