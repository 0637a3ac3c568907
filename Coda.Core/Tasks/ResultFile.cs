namespace Coda.Core.Tasks;

/// <summary>What stands in a task's <c>result.json</c>: nothing yet, a result, or something else (a fault, perhaps only half written).</summary>
internal readonly record struct ResultReading(TaskResult? Result, string Fault)
{
    /// <summary>No file.</summary>
    public static readonly ResultReading Missing = new(null, "");
}

/// <summary>Reads the result of one task, in its two places, and only when a file changed.</summary>
internal sealed class ResultFile(TaskFiles files)
{
    /// <summary>Above this it is no result.</summary>
    public const int MaxBytes = 4 << 20;

    private readonly Place[] places = [new(files.Result), new(files.RootResult)];

    /// <summary>Grows with each change of the files.</summary>
    public int Changes => places.Sum(place => place.Changes);

    /// <summary>Looks at the files: a valid one wins, else the first that has a fault.</summary>
    public ResultReading Read()
    {
        var readings = Array.ConvertAll(places, place => place.Read());
        var valid = Array.Find(readings, reading => reading.Result is not null);
        return valid.Result is not null ? valid : Array.Find(readings, reading => reading.Fault is { Length: > 0 });
    }

    private sealed class Place(string path)
    {
        private FileStamp stamp;
        private ResultReading reading = ResultReading.Missing;

        public int Changes { get; private set; }

        public ResultReading Read()
        {
            try
            {
                var now = FileStamp.Of(path);
                if (now != stamp)
                {
                    reading = now == default ? ResultReading.Missing : Parse(now.Length);
                    stamp = now;
                    Changes++;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It vanished between two looks, or the agent denied us: the next look tells.
                return new ResultReading(null, $"{path} cannot be read: {e.Message}");
            }

            return reading;
        }

        private ResultReading Parse(long length)
        {
            if (length > MaxBytes)
            {
                return new ResultReading(null, $"{path} is {length:N0} bytes; a result has at most {MaxBytes:N0}.");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[Math.Min(stream.Length, MaxBytes)];
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var result = ResultFormat.TryParse(bytes.AsMemory(0, read), out var fault);
            return new ResultReading(result, result is null ? $"{path} was written, but {fault}" : "");
        }
    }
}
